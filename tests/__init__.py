"""The claims that this project makes about itself."""
