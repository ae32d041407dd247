// A pipeline in parts:
//   nextflow run workflow/main.nf --pipeline monday.toml --out reports/monday --parts 8
// All tasks write into one folder that they share.
params.parts = 8
params.nullcline = 'nullcline'

pipeline_file = file(params.pipeline).toAbsolutePath()
out = file(params.out ?: "reports/${pipeline_file.baseName}").toAbsolutePath()

process PART {
    errorStrategy 'retry'
    maxRetries 2
    input: val k
    output: val k
    script: "${params.nullcline} run '${pipeline_file}' --out '${out}' --shard ${k}/${params.parts} --threads ${task.cpus} --quiet"
}

process MERGE {
    input: val parts
    script: "${params.nullcline} run '${pipeline_file}' --out '${out}' --merge --quiet"
}

workflow {
    MERGE(PART(Channel.of(1..(params.parts as int))).collect())
}
