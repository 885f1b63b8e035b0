"""The nine documents of the programme: their structure, their texts in each language, how they are filled and printed.

A language is one file in `clauses/`; nothing else has to be changed for another one.
"""
