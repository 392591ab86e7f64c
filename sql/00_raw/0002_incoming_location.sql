-- Migration 2: where an incoming article was read, so that one that is refused can be found again.

alter table raw.incoming_article add column location varchar;
