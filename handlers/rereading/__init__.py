"""Re-reading: a newer version of the recogniser reads archived pages again, and a person looks where it matters.

Archived rows and packages are never changed: what was found goes to rows of its own (`records.second_readings`). When a
record's pages are read, what changed is compared with what is archived, and it matters where

- the type differs from the archived one and the new reading is sure of it,
- a field that the type must have, or that papers are compared by, differs in normal form, is sure and passes its
  validator,
- an alert would arise that the archived readings did not raise (a paper missing, a field invalid or in conflict).

What a person saw and rejected before does not matter again; neither does a field that was not read before. Then a
review is opened: a record of its own, which points to the same images and shows the archived values beside the alerts
that say what changed, and a case of `bpmn/reviews` on it, in the inbox of everybody who rechecks. Everything else is
only kept.

`run` reads and judges, `changes` says what differs and whether it matters, `review` opens and settles the work on it,
`review_record` is what the reviewer works on.
"""
