-- Migration 60: what a theme is drawn against on the page, in order.

alter table raw.theme add column reference_assets varchar[];
