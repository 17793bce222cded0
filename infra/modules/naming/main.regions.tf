locals {
  # Abbreviations as in the Cloud Adoption Framework's geo codes; three or four letters keep names short.
  region_abbreviations = {
    centralus          = "cus"
    eastus             = "eus"
    eastus2            = "eus2"
    francecentral      = "frc"
    germanywestcentral = "gwc"
    italynorth         = "itn"
    northeurope        = "neu"
    norwayeast         = "nwe"
    polandcentral      = "plc"
    spaincentral       = "spc"
    swedencentral      = "sdc"
    switzerlandnorth   = "szn"
    uksouth            = "uks"
    ukwest             = "ukw"
    westeurope         = "weu"
    westus2            = "wus2"
    westus3            = "wus3"
  }
}
