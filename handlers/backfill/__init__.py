"""The backlog lane: walks a folder or a bucket and has child processes recognise what lies there, page by page.

One process walks, keeps the children and hands out permits, one a page: the rate, the windows and the counter's
right of way are decided in that one place. Each child takes rows of `records.backlog` under a lease, reads, recognises
and settles a page in a transaction: whoever is killed leaves at most the page in hand to be done again. A page that
brings its process down twice is failed and its neighbours go on.

`source` knows files, `walker` gives them rows, `child` reads pages, `run` keeps the children, `needs_person` judges
what was read, `progress` says where it stands. Knows no rule of rows and leases (`records.backlog`), no pixels (`ocr`).
"""
