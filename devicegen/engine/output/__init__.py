"""What a run leaves behind, in MuMax3's form: table.txt, OVF files, images, log.txt."""
