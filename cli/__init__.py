"""csc, the command line: watches, asks, repairs, imports and plays the season, over HTTP and NATS alone."""
