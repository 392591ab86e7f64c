-- Migration 3: whether a source stands in sources.yaml; the others are expected together.

alter table raw.source add column is_declared boolean;
