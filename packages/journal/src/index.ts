/** Run, request, actor and gap records over the log's side streams, in the commit of the entries they belong to. */
export {}
