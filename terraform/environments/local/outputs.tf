output "edges" {
  description = "Base URLs of the regions' edges."
  value       = module.mesh.edges
}
