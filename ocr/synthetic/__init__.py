"""Fictitious scans: pages of vehicle-office papers, drawn and then put through a pretended scanner.

Knows how the papers of each material type look and what a scanner does to paper. Knows nothing of cases in
the product, of recognition, or of real persons, makers, plates or addresses: every name and number is
invented.

`identity` invents the people, vehicles and document numbers; `page` is the canvas; `layouts` holds one
module for each family of papers; `papers` maps a material code to its layouts; `scanner` degrades;
`rendering` makes one page; `cases` writes whole case folders with their truth.
"""
