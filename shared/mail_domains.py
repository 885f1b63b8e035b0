"""What the part of an address behind the @ says of who writes: often whose house it is, at free providers nothing."""

FREE_MAIL = frozenset(
    (
        *(
            "aol.com",
            "gmail.com",
            "gmx.com",
            "gmx.de",
            "googlemail.com",
            "hotmail.com",
            "icloud.com",
            "live.com",
        ),
        *(
            "mail.com",
            "mail.ru",
            "msn.com",
            "outlook.com",
            "proton.me",
            "protonmail.com",
            "qq.com",
            "163.com",
        ),
        *("126.com", "yahoo.com", "yahoo.co.jp", "yandex.com", "yandex.ru", "web.de", "zoho.com"),
    )
)
"""Where anybody gets an address."""


def is_on(address: str, domain: str) -> bool:
    """On the domain itself or below it."""
    host = address.rpartition("@")[2].lower()
    return host == domain or host.endswith(f".{domain}")


def is_of_the_house(sender: str, known: str) -> bool:
    """The address that we know, or another one on its domain; at a free provider nobody answers for the others."""
    if not known:
        return False
    domain = known.rpartition("@")[2].lower()
    is_shared = domain not in FREE_MAIL and is_on(sender, domain)
    return sender.lower() == known.lower() or is_shared
