"""What the four services have in common: the public words, the transport of events, and one service's process."""
