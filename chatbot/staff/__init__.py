"""The staff side: who may come in, and what each tab of the page shows."""
