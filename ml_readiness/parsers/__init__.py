"""One file format per module: bytes in, a document out, nothing executed."""
