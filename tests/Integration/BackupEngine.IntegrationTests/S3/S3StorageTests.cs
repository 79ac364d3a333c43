using CloudBackup.Storage;
using CloudBackup.Storage.S3;
using CloudBackup.Tests.Support;

namespace CloudBackup.IntegrationTests.S3;

/// <summary>What only many or large objects show.</summary>
public sealed class S3StorageTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public async Task A_listing_of_many_keys_is_complete_and_keeps_names_apart_that_begin_alike(int listVersion)
    {
        // 25 pages of the version that sites use by default, three of the other.
        var count = listVersion == 2 ? 25_000 : 2_500;
        var bucket = await S3Server.Ceph.MakeBucketAsync();
        await using var storage = S3Server.Ceph.Open(
            bucket, S3Profiles.Find("s3-compatible")! with { ListVersion = listVersion }, limits: new SiteLimits { UploadConcurrency = 32 });
        string[] folders = ["t/app_x", "t/app_x.tar.gz", "t/app_xy"];
        await Parallel.ForEachAsync(Enumerable.Range(0, count), new ParallelOptions { MaxDegreeOfParallelism = 32, CancellationToken = Token }, async (i, token) =>
            await storage.WriteAsync(i == 0 ? "t/app_x.tar" : $"{folders[i % 3]}/{i}", ObjectContent.FromBytes(new byte[i % 7]), WriteMode.Replace, token));
        Assert.Equal(count, await storage.ListAsync("", recursive: true, Token).Select(item => item.Path).Distinct().CountAsync(Token));
        foreach (var (folder, rest) in folders.Select((folder, rest) => (folder, rest)))
        {
            var found = await storage.ListAsync(folder, recursive: true, Token).ToListAsync(Token);
            Assert.Equal(
                Enumerable.Range(1, count - 1).Where(i => i % 3 == rest).Select(i => $"{folder}/{i}").Order(StringComparer.Ordinal),
                found.Select(item => item.Path).Order(StringComparer.Ordinal));
            Assert.All(found, item => Assert.Equal(int.Parse(item.Name, System.Globalization.CultureInfo.InvariantCulture) % 7, item.Size));
        }
        Assert.Equal(
            ["t/app_x", "t/app_x.tar", "t/app_x.tar.gz", "t/app_xy"],
            (await storage.ListAsync("t", recursive: false, Token).ToListAsync(Token)).Select(item => item.Path).Order(StringComparer.Ordinal));
        var all = await storage.ListAsync("", recursive: true, Token).Select(item => item.Path).ToListAsync(Token);
        Assert.Empty(await storage.RemoveAllAsync(all, Token));
        Assert.Equal(0, await storage.ListAsync("", recursive: true, Token).CountAsync(Token));
    }

    [Fact]
    public async Task An_object_of_more_parts_than_fit_in_memory_goes_up_and_comes_back()
    {
        // 40 parts at most, and 32 MB of memory: the parts grow from 5 MiB to 16 and to 32 while this is written.
        const long Length = 400_000_001;
        var bucket = await S3Server.Ceph.MakeBucketAsync();
        await using var storage = S3Server.Ceph.Open(
            bucket, S3Profiles.Find("s3-compatible")! with { MostParts = 40, CopyPart = 100L * 1024 * 1024, LargestCopy = 1024 });
        await storage.WriteAsync("large", ObjectContent.FromStream(new PatternStream(Length)), WriteMode.CreateNew, Token);
        await storage.CopyAsync("large", "copy", Token);
        await storage.RemoveAsync("large", Token);
        await using var stream = await storage.OpenReadAsync("copy", 0, null, Token);
        Assert.Equal(Length, await PatternStream.CheckAsync(stream, Token));
    }

    [Fact]
    public async Task What_does_not_fit_is_refused_with_the_way_out_and_leaves_nothing()
    {
        var bucket = await S3Server.Ceph.MakeBucketAsync();
        await using var storage = S3Server.Ceph.Open(bucket, S3Profiles.Find("s3-compatible")! with { MostParts = 3 });
        var failure = await Assert.ThrowsAsync<StorageException>(() =>
            storage.WriteAsync("large", ObjectContent.FromStream(new PatternStream(1L << 40)), WriteMode.CreateNew, Token));
        Assert.Contains("-MemoryLimit", failure.Message, StringComparison.Ordinal);
        Assert.Equal(0, await storage.ListPartialsAsync("", Token).CountAsync(Token));
    }

    [Fact]
    public async Task Only_what_is_asked_for_is_swept()
    {
        var bucket = await S3Server.Ceph.MakeBucketAsync();
        using var bare = S3Server.Ceph.Bare();
        foreach (var key in new[] { "t/app_x.tar.gz", "t/app_x.tar.gz.other", "t/app_x/data/f", "someone/elses" })
        {
            await bare.InitiateMultipartUploadAsync(bucket, key, Token);
        }
        await using var storage = S3Server.Ceph.Open(bucket);
        Assert.Equal(1, await storage.SweepPartialsAsync("t/app_x.tar.gz", Token));
        Assert.Equal(1, await storage.SweepPartialsAsync("t/app_x", Token));
        var left = await storage.ListPartialsAsync("", Token).ToListAsync(Token);
        Assert.Equal(["someone/elses", "t/app_x.tar.gz.other"], left.Select(upload => upload.Path).Order(StringComparer.Ordinal));
        Assert.All(left, upload => Assert.InRange(upload.Started, DateTimeOffset.UnixEpoch.AddYears(50), DateTimeOffset.UnixEpoch.AddYears(100)));
        await storage.RemovePartialAsync(left.Single(upload => upload.Path == "someone/elses"), Token);
        await storage.RemovePartialAsync(left.Single(upload => upload.Path == "someone/elses"), Token);
        Assert.Equal(1, await storage.ListPartialsAsync("", Token).CountAsync(Token));
    }

    [Fact]
    public async Task Many_open_streams_do_not_wait_for_each_other()
    {
        var bucket = await S3Server.Ceph.MakeBucketAsync();
        await using var storage = S3Server.Ceph.Open(bucket, limits: new SiteLimits { MemoryLimitBytes = 32L * 1024 * 1024 });
        var content = new SeededRandom(5).Bytes(12_000_000);
        await storage.WriteAsync("object", ObjectContent.FromBytes(content), WriteMode.CreateNew, Token);
        var streams = new List<Stream>();
        for (var i = 0; i < 20; i++)
        {
            streams.Add(await storage.OpenReadAsync("object", i, null, Token));
        }
        foreach (var (stream, i) in streams.Select((stream, i) => (stream, i)))
        {
            using var bytes = new MemoryStream();
            await stream.CopyToAsync(bytes, Token);
            Assert.Equal(content[i..], bytes.ToArray());
            await stream.DisposeAsync();
        }
    }
}
