namespace CloudBackup.Storage.S3;

/// <summary>
/// The stores that CloudBackup knows. Where a line says no source, the value is the protocol's own: Amazon S3 user guide, "Multipart upload
/// limits" (parts of up to 5 GiB, 10,000 of them, and so objects of 48.8 TiB) and API reference. "rclone" is backend/s3/provider/*.yaml of rclone/rclone, which its users try against the real stores;
/// "Cloudron" is src/storage/s3.js of Cloudron 4, which ran backups against them for years. Copies at a time: Cloudron (500 for Amazon, 10 else).
/// </summary>
internal static class S3Profiles
{
    private static readonly string[] AmazonRegions =
    [
        // rclone AWS.yaml
        "us-east-1", "us-east-2", "us-west-1", "us-west-2", "ca-central-1", "eu-west-1", "eu-west-2", "eu-west-3", "eu-north-1", "eu-south-1",
        "eu-central-1", "ap-southeast-1", "ap-southeast-2", "ap-northeast-1", "ap-northeast-2", "ap-northeast-3", "ap-south-1", "ap-east-1",
        "sa-east-1", "il-central-1", "me-south-1", "af-south-1", "cn-north-1", "cn-northwest-1", "us-gov-east-1", "us-gov-west-1",
    ];

    /// <summary>All of them, in the order they are shown.</summary>
    public static IReadOnlyList<S3Profile> All { get; } =
    [
        new()
        {
            Name = "s3",
            Title = "Amazon S3",
            Regions = AmazonRegions,
            HasVirtualHosts = true, // user guide, "Virtual hosting of buckets": path style is discontinued for new buckets
            HasChecksums = true, // user guide, "Checking object integrity": CRC of each upload is checked and kept
            HasDefaultCredentials = true,
            UploadConcurrency = 20, // Cloudron
            DownloadConcurrency = 30, // Cloudron
            CopyConcurrency = 500, // Cloudron; user guide, "Optimizing performance": 3,500 writes a second for each prefix
            CanCreateNew = true, // user guide, "Conditional writes"
            CanCompleteNew = true, // the same
        },
        new()
        {
            Name = "backblaze-b2",
            Title = "Backblaze B2",
            Endpoint = "https://s3.{region}.backblazeb2.com", // backblaze.com/docs, "Call the S3-Compatible API"
            Regions = ["us-west-000", "us-west-001", "us-west-002", "us-west-004", "us-east-005", "eu-central-003", "ca-east-006"],
        },
        new()
        {
            Name = "cloudflare-r2",
            Title = "Cloudflare R2",
            Endpoint = null, // https://ACCOUNT_ID.r2.cloudflarestorage.com: developers.cloudflare.com/r2/api/s3
            Regions = ["auto"], // the same page, "Bucket region"
            DefaultRegion = "auto",
            LargestPart = (5L * 1024 * 1024 * 1024) - (5 * 1024 * 1024), // developers.cloudflare.com/r2/platform/limits
            LargestObject = (5L * 1024 * 1024 * 1024 * 1024) - (5L * 1024 * 1024 * 1024), // the same
            NeedsEqualParts = true, // developers.cloudflare.com/r2, "Multipart objects": all parts but the last have the same size
            CanCreateNew = true, // developers.cloudflare.com/r2/api/s3/conditional-operations
            CanCompleteNew = true, // the same
        },
        new()
        {
            Name = "digitalocean-spaces",
            Title = "DigitalOcean Spaces",
            Endpoint = "https://{region}.digitaloceanspaces.com", // rclone DigitalOcean.yaml, as are the regions
            Regions = ["nyc3", "ams3", "sgp1", "fra1", "sfo2", "sfo3", "syd1", "lon1", "tor1", "blr1"],
            EncodesListings = false, // rclone DigitalOcean.yaml: list_url_encode
            KeysPerDelete = 100, // Cloudron
            LargestObject = 5_000_000_000_000, // docs.digitalocean.com/products/spaces/details/limits
            CopyConcurrency = 20, // Cloudron
            RequestsPerSecond = 150, // docs.digitalocean.com/products/spaces/details/limits: PUT, POST, COPY, DELETE and LIST for each Space
        },
        new()
        {
            Name = "exoscale-sos",
            Title = "Exoscale SOS",
            Endpoint = "https://sos-{region}.exo.io", // community.exoscale.com, "Object Storage": zones
            Regions = ["ch-gva-2", "ch-dk-2", "de-fra-1", "de-muc-1", "at-vie-1", "at-vie-2", "bg-sof-1", "hr-zag-1"],
            LargestCopy = 1024L * 1024 * 1024, // Cloudron
            CopyPart = 96L * 1024 * 1024, // Cloudron
        },
        new()
        {
            Name = "hetzner-objectstorage",
            Title = "Hetzner Object Storage",
            Endpoint = "https://{region}.your-objectstorage.com", // rclone Hetzner.yaml, as are the regions
            Regions = ["fsn1", "nbg1", "hel1"],
            RequestsPerSecond = 750, // docs.hetzner.com/storage/object-storage/overview, "Limits": for each bucket
        },
        new()
        {
            Name = "idrive-e2",
            Title = "IDrive e2",
            Endpoint = null, // each customer's own: rclone docs, "IDrive e2"
            DefaultRegion = "us-east-1",
        },
        new()
        {
            Name = "linode-objectstorage",
            Title = "Linode Object Storage",
            Endpoint = "https://{region}.linodeobjects.com", // rclone Linode.yaml, as are the regions
            Regions =
            [
                "nl-ams-1", "us-southeast-1", "in-maa-1", "us-ord-1", "eu-central-1", "id-cgk-1", "gb-lon-1", "us-lax-1", "es-mad-1", "au-mel-1",
                "us-mia-1", "it-mil-1", "us-east-1", "jp-osa-1", "fr-par-1", "br-gru-1", "us-sea-1", "ap-south-1", "sg-sin-1", "se-sto-1", "us-iad-1",
            ],
            RequestsPerSecond = 750, // techdocs.akamai.com, "Object Storage quotas and limits": the smallest of the endpoint types
        },
        new()
        {
            Name = "minio",
            Title = "MinIO",
            Endpoint = null, // one's own
            LongestName = 255, // min.io/docs, "Thresholds and Limits": maximum length for each / separated segment of an object name
            DefaultRegion = "us-east-1",
            CanBeSelfSigned = true,
        },
        new()
        {
            Name = "ovh-objectstorage",
            Title = "OVHcloud Object Storage",
            Endpoint = "https://s3.{region}.io.cloud.ovh.net", // rclone OVHcloud.yaml, as are the regions
            Regions =
            [
                "gra", "rbx", "sbg", "eu-west-par", "de", "uk", "waw", "bhs", "ca-east-tor", "sgp", "ap-southeast-syd", "ap-south-mum",
                "rbx-archive",
            ],
        },
        new()
        {
            Name = "scaleway-objectstorage",
            Title = "Scaleway Object Storage",
            Endpoint = "https://s3.{region}.scw.cloud", // rclone Scaleway.yaml, as are the regions
            Regions = ["fr-par", "nl-ams", "pl-waw", "it-mil"],
            MostParts = 1000, // rclone Scaleway.yaml: max_upload_parts
            CanCreateNew = true, // scaleway.com/en/docs/object-storage/api-cli/using-conditional-writes
        },
        new()
        {
            Name = "vultr-objectstorage",
            Title = "Vultr Object Storage",
            Endpoint = "https://{region}.vultrobjects.com", // docs.vultr.com, "Object storage clusters": hostname
            Regions = ["ewr1", "sjc1", "ams1", "blr1", "del1", "sgp1"],
        },
        new()
        {
            Name = "wasabi",
            Title = "Wasabi",
            Endpoint = "https://s3.{region}.wasabisys.com", // rclone Wasabi.yaml, as are the regions
            Regions =
            [
                "us-east-1", "us-east-2", "us-central-1", "us-west-1", "ca-central-1", "eu-central-1", "eu-central-2", "eu-west-1", "eu-west-2",
                "eu-south-1", "ap-northeast-1", "ap-northeast-2", "ap-southeast-1", "ap-southeast-2",
            ],
            LargestObject = 5_000_000_000_000, // docs.wasabi.com, "Maximum object size"
        },
        new()
        {
            Name = "s3-compatible",
            Title = "S3-compatible store",
            Endpoint = null,
            DefaultRegion = "us-east-1",
            CanBeSelfSigned = true,
        },
    ];

    /// <summary>The profile of a provider; null when it is none of S3.</summary>
    public static S3Profile? Find(string provider) =>
        All.FirstOrDefault(profile => string.Equals(profile.Name, provider, StringComparison.OrdinalIgnoreCase));
}
