"""Settings by surrounding: base is shared; dev is the embedded default, prod the servers, test the tests."""
