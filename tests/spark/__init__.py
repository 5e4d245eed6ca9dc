"""The build on a real Spark cluster: master, two workers and a Thrift server on the loopback."""
