"""One search from the member's Yes to the partnership on the map, from outside, over HTTP alone."""
