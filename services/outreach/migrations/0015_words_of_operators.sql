-- Around letters that let people in stand no words of staff; of older words nobody knows whose they are.
ALTER TABLE letter_words ADD COLUMN by_operator boolean NOT NULL DEFAULT false;
