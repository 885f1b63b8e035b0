"""The directory: who seeks, who is partnered, and where each case stands. It only listens.

Events in: every public event of intake, matching and outreach. Events out: none.

HTTP: `/api/directory/v1/listings`, `/partnerships` (also `.csv` and `.geojson`), `/cities/{community_id}`, `/map` and
`/counts` for everybody; the page of each city with its picture, `sitemap.xml` and `robots.txt`; `/cases` and
`/cases/{case_id}` for staff and the member's own people; `/operations/...` for operators.

Read models instead of aggregates: city_map.py (public) and casebook.py (protected), each with its own schema and its
own reading role. read_models.py applies runs of messages to them; generations.py and rebuild.py build them anew.

What was told wrongly and is put right (ReplyRetracted, ContactRetracted, HandOverRetracted, PairReopened,
PartnershipCorrected, PartnershipRetracted) shows as what is right; the timeline of a case keeps both. The pairs of a
case are those that outreach has: a city that was chosen under two of its records is one of them. Whether it was one
city by then is told by the times of the events, while outreach goes by the order in which it heard them: where the two
differ, a pair that nobody has acted on yet may show late. A partnership that does not end its search is on the map and
in the timeline, while its case, its pair and its listing go on. A rebuild never shows less of a source than was shown
before.
"""
