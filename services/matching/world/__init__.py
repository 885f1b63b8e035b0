"""What matching knows about every place: built once into a file (build.py), held in columns (columns.py)."""
