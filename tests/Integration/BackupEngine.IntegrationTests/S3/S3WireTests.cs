using System.Collections.Concurrent;
using System.Text;
using System.Xml.Linq;
using Amazon.S3.Model;
using CloudBackup.Storage;
using CloudBackup.Storage.Decorators;
using CloudBackup.Storage.S3;
using CloudBackup.Tests.Support;

namespace CloudBackup.IntegrationTests.S3;

/// <summary>What goes over the line, seen from between us and a real server.</summary>
public sealed class S3WireTests
{
    private const int Large = 23 * 1024 * 1024;
    private const int Parts = 5;

    private static readonly S3Profile Amazon = S3Profiles.Find("s3")!;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task An_upload_in_parts_is_begun_for_the_checksum_of_its_parts_and_ended_with_all_of_them()
    {
        await using var proxy = new FaultProxy(S3Server.Moto.Port);
        var bucket = await S3Server.Moto.MakeBucketAsync();
        await using var storage = S3Server.Moto.Open(bucket, Amazon, proxy.Url);
        var seen = new ConcurrentQueue<(ProxiedRequest Request, byte[] Body)>();
        proxy.Watch = (request, body) => seen.Enqueue((request, body));
        await storage.WriteAsync("large", ObjectContent.FromStream(new MemoryStream(new SeededRandom(1).Bytes(Large))), WriteMode.CreateNew, Token);
        Assert.Equal("CRC32", seen.Single(item => IsStart(item.Request)).Request.Header("x-amz-checksum-algorithm"));
        var sent = seen.Where(item => item.Request.Method == "PUT")
            .ToDictionary(item => NumberOf(item.Request), item => item.Request.Header("x-amz-checksum-crc32"));
        Assert.Equal(Parts, sent.Count);
        Assert.DoesNotContain(null, sent.Values);
        Assert.Equal(sent, ChecksumsOf(seen.Single(item => IsEnd(item.Request)).Body));
    }

    [Fact]
    public async Task A_copy_in_parts_is_begun_for_a_checksum_and_ended_with_those_that_the_store_tells()
    {
        await using var proxy = new FaultProxy(S3Server.Moto.Port);
        var bucket = await S3Server.Moto.MakeBucketAsync();
        await using var storage = S3Server.Moto.Open(bucket, Amazon with { LargestCopy = 1024, CopyPart = S3Profile.SmallestPart }, proxy.Url);
        var content = new SeededRandom(1).Bytes(Large);
        await storage.WriteAsync("large", ObjectContent.FromStream(new MemoryStream(content)), WriteMode.CreateNew, Token);
        var seen = new ConcurrentQueue<(ProxiedRequest Request, byte[] Body)>();
        proxy.Watch = (request, body) => seen.Enqueue((request, body));
        // Amazon tells the checksum of each copied part; this server does not.
        proxy.Decide = request => request.Header("x-amz-copy-source") is null
            ? null
            : new Fault.Answer(200, "") { ReachesServer = true, Body = CopiedPart(content, NumberOf(request)) };
        await storage.CopyAsync("large", "copy", Token);
        Assert.Equal("CRC32", seen.Single(item => IsStart(item.Request)).Request.Header("x-amz-checksum-algorithm"));
        Assert.Equal(
            Enumerable.Range(1, Parts).ToDictionary(number => number, number => (string?)$"sum-{number}"),
            ChecksumsOf(seen.Single(item => IsEnd(item.Request)).Body));
        Assert.Equal(content, await S3Server.ReadAsync(storage, "copy"));
    }

    [Fact]
    public async Task Other_stores_are_not_sent_checksums_that_they_do_not_know()
    {
        await using var proxy = new FaultProxy(S3Server.Ceph.Port);
        var bucket = await S3Server.Ceph.MakeBucketAsync();
        await using var storage = S3Server.Ceph.Open(bucket, url: proxy.Url);
        var heads = new ConcurrentQueue<string>();
        proxy.Watch = (request, _) => heads.Enqueue(request.Head);
        await storage.WriteAsync("large", ObjectContent.FromStream(new MemoryStream(new byte[Large])), WriteMode.CreateNew, Token);
        Assert.NotEmpty(heads);
        Assert.All(heads, head => Assert.DoesNotContain("x-amz-checksum", head, StringComparison.OrdinalIgnoreCase));
    }

    [Fact]
    public async Task What_is_known_not_to_fit_is_refused_before_anything_is_sent()
    {
        await using var proxy = new FaultProxy(S3Server.Ceph.Port);
        S3Server.Ceph.Need();
        await using var storage = S3Server.Ceph.Open("example-backups", S3Profiles.Find("s3-compatible")! with { MostParts = 3 }, proxy.Url);
        var content = ObjectContent.FromFactory(200_000_000, () => new PatternStream(200_000_000));
        var failure = await Assert.ThrowsAsync<StorageException>(() => storage.WriteAsync("large", content, WriteMode.CreateNew, Token));
        Assert.Contains("-MemoryLimit", failure.Message, StringComparison.Ordinal);
        Assert.Equal(0, proxy.Requests);
    }

    [Theory]
    [InlineData("ceph-rgw")]
    [InlineData("moto", "If-Match")] // a store that does not look at the condition
    public async Task An_object_that_is_replaced_between_two_reads_is_not_mixed_up(string server, string? ignored = null)
    {
        var s3 = S3Server.Named(server);
        await using var proxy = new FaultProxy(s3.Port);
        var bucket = await s3.MakeBucketAsync();
        var limits = new SiteLimits { DownloadConcurrency = 1, MemoryLimitBytes = 16L * 1024 * 1024 };
        await using var storage = s3.Open(bucket, url: proxy.Url, limits: limits);
        await storage.WriteAsync("object", ObjectContent.FromBytes(new SeededRandom(1).Bytes(Large)), WriteMode.Replace, Token);
        proxy.Decide = request => ignored is null ? null : new Fault.DropHeader(ignored);
        await using var stream = await storage.OpenReadAsync("object", 0, null, Token);
        await stream.ReadExactlyAsync(new byte[100], Token);
        await storage.WriteAsync("object", ObjectContent.FromBytes(new SeededRandom(2).Bytes(Large)), WriteMode.Replace, Token);
        var failure = await Assert.ThrowsAsync<StorageException>(() => stream.CopyToAsync(Stream.Null, Token));
        Assert.Equal((StorageErrorKind.Corrupt, "'object' was replaced while it was read."), (failure.Kind, failure.Message));
    }

    [Theory]
    [InlineData("ceph-rgw")]
    [InlineData("swift")]
    [InlineData("moto")]
    public async Task An_object_that_is_replaced_while_it_is_copied_in_parts_is_not_mixed_up(string server)
    {
        var s3 = S3Server.Named(server);
        await using var proxy = new FaultProxy(s3.Port);
        var bucket = await s3.MakeBucketAsync();
        var limits = new SiteLimits { CopyConcurrency = 1, MemoryLimitBytes = 64L * 1024 * 1024 };
        var profile = S3Profiles.Find("s3-compatible")! with { LargestCopy = 1024, CopyPart = S3Profile.SmallestPart };
        await using var storage = s3.Open(bucket, profile, proxy.Url, limits);
        await using var other = s3.Open(bucket);
        await storage.WriteAsync("object", ObjectContent.FromBytes(new SeededRandom(1).Bytes(Large)), WriteMode.Replace, Token);
        proxy.Watch = (request, _) =>
        {
            if (request.Target.Contains("partNumber=3", StringComparison.Ordinal))
            {
                other.WriteAsync("object", ObjectContent.FromBytes(new SeededRandom(2).Bytes(Large)), WriteMode.Replace, Token).GetAwaiter().GetResult();
            }
        };
        var failure = await Assert.ThrowsAsync<StorageException>(() => storage.CopyAsync("object", "copy", Token));
        Assert.Equal((StorageErrorKind.Corrupt, "'object' was replaced while it was copied."), (failure.Kind, failure.Message));
        Assert.Null(await storage.FindAsync("copy", Token));
        Assert.Equal(0, await storage.ListPartialsAsync("", Token).CountAsync(Token));
    }

    [Theory]
    [InlineData("ceph-rgw")]
    [InlineData("swift")]
    [InlineData("moto")]
    public async Task A_copy_in_parts_keeps_what_is_kept_with_the_object(string server)
    {
        var s3 = S3Server.Named(server);
        var bucket = await s3.MakeBucketAsync();
        using var bare = s3.Bare();
        var put = new PutObjectRequest { BucketName = bucket, Key = "from", InputStream = new MemoryStream(new byte[Large]), ContentType = "text/x-test" };
        put.Metadata["owner"] = "somebody else";
        put.UseChunkEncoding = false;
        await bare.PutObjectAsync(put, Token);
        await using var storage = s3.Open(bucket, S3Profiles.Find("s3-compatible")! with { LargestCopy = 1024, CopyPart = S3Profile.SmallestPart });
        await storage.CopyAsync("from", "to", Token);
        var copy = await bare.GetObjectMetadataAsync(bucket, "to", Token);
        Assert.Equal((Large, "text/x-test", "somebody else"), (copy.ContentLength, copy.Headers.ContentType, copy.Metadata["owner"]));
        Assert.Contains("-5", copy.ETag, StringComparison.Ordinal); // in parts it was
    }

    [Theory]
    [InlineData("ceph-rgw")]
    [InlineData("swift")]
    [InlineData("moto")]
    public async Task Unfinished_uploads_are_asked_for_below_a_folder_and_found_whatever_their_names(string server)
    {
        var s3 = S3Server.Named(server);
        await using var proxy = new FaultProxy(s3.Port);
        var bucket = await s3.MakeBucketAsync();
        using var bare = s3.Bare();
        string[] ours = ["server1/t/a b+c%20\u00e4&<x>", "server1/t/plain"];
        foreach (var key in ours.Concat(["server10/t/other", "else"]))
        {
            await bare.InitiateMultipartUploadAsync(bucket, key, Token);
        }
        await using var storage = new PrefixedStorage(s3.Open(bucket, url: proxy.Url), "server1");
        var targets = new ConcurrentQueue<string>();
        proxy.Watch = (request, _) => targets.Enqueue(request.Target);
        var found = await storage.ListPartialsAsync("", Token).ToListAsync(Token);
        Assert.Equal(ours, found.Select(upload => $"server1/{upload.Path}").Order(StringComparer.Ordinal));
        Assert.All(targets, target => Assert.Contains("prefix=server1%2F", target, StringComparison.Ordinal));
        foreach (var upload in found)
        {
            await storage.RemovePartialAsync(upload, Token);
        }
        Assert.Equal(0, await storage.ListPartialsAsync("", Token).CountAsync(Token));
        await using var whole = s3.Open(bucket);
        Assert.Equal(2, await whole.ListPartialsAsync("", Token).CountAsync(Token));
    }

    private static bool IsStart(ProxiedRequest request) => request.Method == "POST" && request.Target.EndsWith("?uploads", StringComparison.Ordinal);

    private static bool IsEnd(ProxiedRequest request) => request.Method == "POST" && request.Target.Contains("uploadId=", StringComparison.Ordinal);

    private static int NumberOf(ProxiedRequest request) =>
        int.Parse(request.Target.Split("partNumber=")[1].Split('&')[0], System.Globalization.CultureInfo.InvariantCulture);

    private static Dictionary<int, string?> ChecksumsOf(byte[] body)
    {
        var xml = XDocument.Parse(Encoding.UTF8.GetString(body));
        return xml.Descendants().Where(part => part.Name.LocalName == "Part").ToDictionary(
            part => (int)part.Elements().Single(field => field.Name.LocalName == "PartNumber"),
            part => (string?)part.Elements().SingleOrDefault(field => field.Name.LocalName == "ChecksumCRC32"));
    }

    private static string CopiedPart(byte[] content, int number)
    {
        var start = (number - 1) * (int)S3Profile.SmallestPart;
#pragma warning disable CA5351 // the tag of a part is its MD5
        var tag = Convert.ToHexStringLower(System.Security.Cryptography.MD5.HashData(content.AsSpan(start, Math.Min((int)S3Profile.SmallestPart, Large - start))));
#pragma warning restore CA5351
        return $"<CopyPartResult><ETag>\"{tag}\"</ETag><ChecksumCRC32>sum-{number}</ChecksumCRC32></CopyPartResult>";
    }
}
