-- How many codes an address was sent is counted for each request that anybody sends in.

CREATE INDEX people_email ON people (email);
