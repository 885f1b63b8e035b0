"""The sentences of an explanation: pair.py is what they are made of, wording.py and towns.py how things are written."""
