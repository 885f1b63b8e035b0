"""The rules of matching: start at research_file.py; listed_cities.py is the tier of B7, refusals.py every no."""
