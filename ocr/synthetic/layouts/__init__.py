"""One module for each family of papers. A layout draws one side of a paper on a fresh page and returns the
page."""
