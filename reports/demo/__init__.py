"""The demonstration: made-up companies and sales that walk the whole road by the same verbs and files as people do."""
