-- Which letter's words were changed, by kind and language.
ALTER TABLE audit ADD COLUMN detail text;
