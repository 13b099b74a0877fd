"""The books: what head office keeps of points, members, calls and days, changed by batches of facts."""
