"""The results database: tables, the way between rows and domain values, and the Store over them."""
