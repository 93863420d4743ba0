# The demo's three regions as an environment that can be applied, tested and destroyed.

module "mesh" {
  source           = "../../modules/local-mesh"
  state_dir        = var.state_dir
  first_edge_port  = var.first_edge_port
  first_admin_port = var.first_admin_port
  engine           = var.engine
}
