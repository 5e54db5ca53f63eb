"""Days and instants in lists and forms of the staff site, as the pages' own filters write them (`ground.templatetags.naru`)."""
