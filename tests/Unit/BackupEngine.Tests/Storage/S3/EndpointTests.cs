using System.Text.Json;
using CloudBackup.Storage.S3;

namespace CloudBackup.Tests.Storage.S3;

/// <summary>Keys in an address: refused, and never repeated (I7).</summary>
public sealed class EndpointTests
{
    public static TheoryData<string> WithKeys => new(
        "https://key:s3cr3t@minio.lan:9000",
        "key:s3cr3t@minio.lan",
        "http://s3cr3t@minio.lan",
        "https://key:s3cr3t/with@slash@minio.lan/path",
        "https://key:a?s3cr3t@minio.lan",
        "https://key:a#s3cr3t@minio.lan",
        "https://key:s3cr3t%40minio.lan",
        "https://minio.lan/?X-Amz-Signature=s3cr3t",
        "https://minio.lan/#s3cr3t",
        "ftp://key:s3cr3t@minio.lan",
        "https:\\\\key:s3cr3t@minio.lan");

    [Theory]
    [MemberData(nameof(WithKeys))]
    public void Keys_in_an_address_are_refused_and_shown_nowhere(string address)
    {
        var settings = new S3Settings { Bucket = "example-backups", Endpoint = address };
        var failure = Assert.Throws<BackupException>(() => BucketAddress.Of(S3Profiles.Find("minio")!, settings));
        Assert.Equal("NameInvalid", failure.ErrorId);
        var read = JsonSerializer.Deserialize<StorageSettings>(
            $"{{\"kind\":\"s3\",\"bucket\":\"example-backups\",\"endpoint\":{JsonSerializer.Serialize(address)}}}", JsonSerializerOptions.Web)!;
        var site = new BackupSite { Name = "x", Provider = "minio", Settings = read };
        string?[] shown =
        [
            failure.ToString(), $"{failure.Target}", settings.Endpoint, settings.Place, $"{settings}", $"{site}", ((S3Settings)read).Endpoint,
            JsonSerializer.Serialize(site), JsonSerializer.Serialize<StorageSettings>(settings), $"{settings with { Region = "x" }}",
        ];
        Assert.All(shown, text => Assert.DoesNotContain("s3cr3t", text, StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("https://minio.lan:9000")]
    [InlineData("minio.lan:9000")]
    [InlineData("http://[::1]:9000/behind/a/path")]
    public void Other_addresses_stay_as_they_are(string address) =>
        Assert.Equal(address, new S3Settings { Bucket = "example-backups", Endpoint = address }.Endpoint);
}
