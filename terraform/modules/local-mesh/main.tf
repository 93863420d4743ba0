# A whole mesh on this machine, as a Terraform resource: created, it serves; destroyed, it is gone.
# Needs no provider: terraform_data is built in.

terraform {
  required_version = ">= 1.9"
}

locals {
  hanse    = abspath("${path.module}/../../../mesh-node/bin/hanse")
  pid_file = "${var.state_dir}/mesh.pid"
  log_file = "${var.state_dir}/mesh.log"
}

resource "terraform_data" "mesh" {
  # What the destroy-time provisioner needs must live in the resource itself.
  input = {
    pid_file = local.pid_file
    edges    = [for offset in range(3) : "http://127.0.0.1:${var.first_edge_port + offset}"]
  }
  triggers_replace = [var.first_edge_port, var.first_admin_port, var.engine]

  provisioner "local-exec" {
    command     = "${path.module}/start"
    interpreter = ["bash"]
    environment = {
      HANSE             = local.hanse
      PID_FILE          = local.pid_file
      LOG_FILE          = local.log_file
      FIRST_EDGE_PORT   = var.first_edge_port
      FIRST_ADMIN_PORT  = var.first_admin_port
      ENGINE            = var.engine
      READY_WITHIN_SECS = var.ready_within_seconds
    }
  }

  provisioner "local-exec" {
    when        = destroy
    command     = "${path.module}/stop"
    interpreter = ["bash"]
    environment = {
      PID_FILE = self.output.pid_file
    }
  }
}
