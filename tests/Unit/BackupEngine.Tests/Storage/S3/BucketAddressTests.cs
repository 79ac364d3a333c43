using Amazon.S3;
using Amazon.S3.Model;
using CloudBackup.Storage;
using CloudBackup.Storage.S3;

namespace CloudBackup.Tests.Storage.S3;

public sealed class BucketAddressTests
{
    private static readonly S3Settings Backups = new() { Bucket = "example-backups" };

    [Theory]
    [InlineData("wasabi", "eu-central-2", "https://s3.eu-central-2.wasabisys.com/")]
    [InlineData("digitalocean-spaces", "fra1", "https://fra1.digitaloceanspaces.com/")]
    [InlineData("exoscale-sos", "at-vie-1", "https://sos-at-vie-1.exo.io/")]
    [InlineData("ovh-objectstorage", "gra", "https://s3.gra.io.cloud.ovh.net/")]
    [InlineData("scaleway-objectstorage", "fr-par", "https://s3.fr-par.scw.cloud/")]
    [InlineData("s3", "eu-west-1", null)]
    public void A_profile_knows_the_address_of_a_region(string provider, string region, string? address)
    {
        var place = BucketAddress.Of(S3Profiles.Find(provider)!, Backups with { Region = region });
        Assert.Equal(address, place.Endpoint?.ToString());
        Assert.Equal(region, place.Region);
    }

    [Theory]
    [InlineData("s3", "eu-west-1", null, "https://example-backups.s3.eu-west-1.amazonaws.com/a/b")]
    [InlineData("s3", "cn-north-1", null, "https://example-backups.s3.cn-north-1.amazonaws.com.cn/a/b")]
    [InlineData("s3", "eu-west-1", "https://store.lan", "https://store.lan/example-backups/a/b")]
    [InlineData("wasabi", "eu-west-1", null, "https://s3.eu-west-1.wasabisys.com/example-backups/a/b")]
    [InlineData("minio", null, "http://minio.lan:9000", "http://minio.lan:9000/example-backups/a/b")]
    public void The_bucket_is_part_of_the_host_only_at_Amazon(string provider, string? region, string? endpoint, string expected)
    {
        var address = BucketAddress.Of(S3Profiles.Find(provider)!, Backups with { Region = region, Endpoint = endpoint });
        using var client = S3Client.Create(address, new StorageCredential("key", "secret"));
        var request = new GetPreSignedUrlRequest
        {
            BucketName = address.Bucket,
            Key = "a/b",
            Expires = TimeProvider.System.GetUtcNow().UtcDateTime.AddHours(1),
            Protocol = endpoint?.StartsWith("http:", StringComparison.Ordinal) == true ? Protocol.HTTP : Protocol.HTTPS,
        };
        Assert.Equal(expected, client.GetPreSignedURL(request).Split('?')[0]);
    }

    [Theory]
    [InlineData("minio", null, null, "endpoint")] // one's own
    [InlineData("wasabi", null, null, "region")]
    [InlineData("wasabi", "eu/../..", null, "region")]
    [InlineData("minio", null, "ftp://x", "endpoint")]
    [InlineData("minio", null, "https://key:secret@minio.lan", "endpoint")]
    [InlineData("minio", null, "https://minio.lan/?x=1", "endpoint")]
    public void What_is_missing_or_wrong_is_named_without_repeating_keys(string provider, string? region, string? endpoint, string what)
    {
        var failure = Assert.Throws<BackupException>(() =>
            BucketAddress.Of(S3Profiles.Find(provider)!, Backups with { Region = region, Endpoint = endpoint }));
        Assert.Equal("NameInvalid", failure.ErrorId);
        Assert.Contains(what, failure.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("secret", failure.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("secret", $"{failure.Target}", StringComparison.Ordinal);
    }

    [Fact]
    public void A_certificate_of_ones_own_is_for_stores_of_ones_own()
    {
        var settings = Backups with { Region = "us-east-1", AcceptSelfSignedCertificate = true };
        Assert.Throws<BackupException>(() => BucketAddress.Of(S3Profiles.Find("s3")!, settings));
        Assert.True(BucketAddress.Of(S3Profiles.Find("minio")!, settings with { Endpoint = "minio.lan:9000" }).AcceptsAnyCertificate);
    }

    [Theory]
    [InlineData("minio", 255)]
    [InlineData("s3-compatible", 1024)]
    public async Task A_profile_knows_how_long_a_part_of_a_key_may_be(string provider, int longest)
    {
        var address = BucketAddress.Of(S3Profiles.Find(provider)!, Backups with { Endpoint = "http://127.0.0.1:1" });
        await using var storage = new S3Storage(address, new StorageContext(TimeProvider.System, new CloudBackup.Tests.Support.SeededRandom(1), _ => { }, inner => inner));
        Assert.Equal((longest, 1024), (storage.Capabilities.LongestName, storage.Capabilities.LongestPath));
    }
}
