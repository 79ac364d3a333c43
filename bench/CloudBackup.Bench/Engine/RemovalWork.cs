using System.Diagnostics;
using System.Globalization;
using CloudBackup.Infrastructure;
using CloudBackup.Storage;
using CloudBackup.Storage.Decorators;

namespace CloudBackup.Bench.Engine;

/// <summary>Removes objects as a cleanup does, from a server that takes its time.</summary>
internal static class RemovalWork
{
    /// <summary>The word for removing many objects with one request.</summary>
    public const string Bulk = "bulk";

    /// <summary>The word for sending the same requests with nothing around them, one at a time: what theory comes to on this machine.</summary>
    public const string Bare = "bare";

    /// <summary>The word for a request for each object.</summary>
    public const string Single = "single";

    /// <summary>The most objects of one request.</summary>
    public const int KeysPerRequest = 1000;

    /// <summary>How long each request takes the server.</summary>
    public static readonly TimeSpan Latency = TimeSpan.FromMilliseconds(20);

    /// <summary>Removes, and returns how long that took. The first connection, and what the runtime does at first, are not in it.</summary>
    public static async Task<TimeSpan> RunAsync(int objects, int atATime, string kind)
    {
        var isBulk = kind != Single;
        using var server = new SlowS3Server(Latency, isBulk);
        if (kind == Bare)
        {
            return await RunBareAsync(server, objects);
        }
        var site = new BackupSite
        {
            Name = "bench",
            Provider = "s3-compatible",
            Prefix = "bench",
            Settings = new S3Settings { Bucket = "bench", Region = "us-east-1", Endpoint = server.Url },
            Limits = new SiteLimits { UploadConcurrency = atATime },
        };
        var storage = StorageStack.Open(site, new StorageContext(TimeProvider.System, new SystemRandomSource(), _ => { }, inner => inner)
        {
            Credential = new StorageCredential("key", "secret"),
            Limits = site.Limits,
        });
        await RemoveAsync(storage, "warm", (isBulk ? 5 * KeysPerRequest : 10) * atATime);
        var before = server.RemovedCount;
        var started = Stopwatch.GetTimestamp();
        await RemoveAsync(storage, "cold", objects);
        var elapsed = Stopwatch.GetElapsedTime(started);
        return server.RemovedCount - before == objects
            ? elapsed
            : throw new BenchException($"{server.RemovedCount - before} of {objects} objects were removed.");
    }

    private static async Task<TimeSpan> RunBareAsync(SlowS3Server server, int objects)
    {
        using var client = new HttpClient();
        var bodies = Paths("cold", objects).Chunk(KeysPerRequest)
            .Select(paths => string.Concat(paths.Select(path => $"<Object><Key>{path}</Key></Object>"))).ToList();
        await PostAsync(client, server, bodies[0]);
        var started = Stopwatch.GetTimestamp();
        foreach (var body in bodies)
        {
            await PostAsync(client, server, body);
        }
        return Stopwatch.GetElapsedTime(started);
    }

    private static async Task PostAsync(HttpClient client, SlowS3Server server, string body)
    {
        using var content = new StringContent($"<Delete>{body}</Delete>");
        using var answer = await client.PostAsync(new Uri($"{server.Url}/bench/?delete"), content);
        answer.EnsureSuccessStatusCode();
        await answer.Content.ReadAsByteArrayAsync();
    }

    private static IEnumerable<string> Paths(string folder, int count) => Enumerable.Range(0, count).Select(number => string.Create(
        CultureInfo.InvariantCulture, $"2026-11-24-030000-000/app_wiki.example.com_v1.2.0/{folder}/file{number:000000}"));

    private static Task RemoveAsync(IBackupStorage storage, string folder, int count) =>
        ObjectRemoval.RemoveEveryAsync(storage, Paths(folder, count).ToAsyncEnumerable(), CancellationToken.None);
}
