"""The rules of intake: communities and their standing, searches, foreign cities' listings, persons to be forgotten."""
