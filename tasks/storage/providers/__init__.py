"""Live price providers, one small file each, behind one contract (`contract.py`): fetch, then shape."""
