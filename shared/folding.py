"""Heads of letters as they travel: folded at 78 signs, and never with a first line that holds the name alone."""

from email.policy import EmailPolicy

WIDTH = 78


class Folding(EmailPolicy):
    """Python's own folding moves all of a head that is a little too long onto the second line; some mail programs then
    show an empty subject."""

    def fold_binary(self, name: str, value: str) -> bytes:
        folded = super().fold_binary(name, value)
        alone = f"{name}:".encode()
        first, _, rest = folded.partition(b"\n")
        line, _, more = rest.partition(b"\n")
        end = line.rfind(b" ", 1, WIDTH - len(alone))
        if first.rstrip() != alone or end < 0:
            return folded
        return b"\n".join([alone + line[:end], line[end:], more])


LETTERS = Folding()
