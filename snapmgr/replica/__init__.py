"""A machine that is made from a stream: same sections, same ids, same fields, ready to be edited and saved again."""
