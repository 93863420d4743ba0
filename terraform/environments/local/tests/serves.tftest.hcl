# Starts a real mesh, asks each edge whether it is ready, and destroys it: terraform test

variables {
  state_dir        = "/tmp/hanse-tftest"
  first_edge_port  = 18080
  first_admin_port = 19070
}

run "refuses_a_port_without_room_for_three_edges" {
  command = plan

  module {
    source = "../../modules/local-mesh"
  }

  variables {
    first_edge_port = 65534
  }

  expect_failures = [var.first_edge_port]
}

run "starts_three_regions" {
  assert {
    condition     = output.edges == ["http://127.0.0.1:18080", "http://127.0.0.1:18081", "http://127.0.0.1:18082"]
    error_message = "the environment must name its three edges, named ${jsonencode(output.edges)}"
  }
}
