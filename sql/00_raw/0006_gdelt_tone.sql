-- Migration 6: the tone that GDELT gives a page, one more baseline beside vader_score; null for every other source.

alter table raw.article add column gdelt_tone decimal(9, 6);
alter table raw.incoming_article add column gdelt_tone decimal(9, 6);
