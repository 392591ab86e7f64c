"""WHAT: one verb a file, in the order collect, score, price, build, check, publish. No Prefect here."""
