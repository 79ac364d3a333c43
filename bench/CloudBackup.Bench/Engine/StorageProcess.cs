using System.Globalization;
using CloudBackup.Bench.Contenders;
using CloudBackup.Storage;

namespace CloudBackup.Bench.Engine;

/// <summary>Work of the S3 storage alone, in a process of its own.</summary>
internal static class StorageProcess
{
    private const int ObjectLength = 10_000;

    /// <summary>Uploads a file as one object.</summary>
    public static async Task PutAsync(string url, string file)
    {
        await using var storage = Bucket.Open(url);
        await using var stream = File.OpenRead(file);
        await storage.WriteAsync(Path.GetFileName(file), ObjectContent.FromStream(stream), WriteMode.CreateNew, CancellationToken.None);
    }

    /// <summary>Writes many small objects, as many at a time as told.</summary>
    public static Task WriteManyAsync(string url, int count, int concurrency) => RunAsync(url, count, concurrency, (storage, i, token) =>
        storage.WriteAsync(Key("source", i), ObjectContent.FromBytes(new byte[ObjectLength]), WriteMode.Replace, token));

    /// <summary>Copies what <see cref="WriteManyAsync"/> wrote, on the server.</summary>
    public static Task CopyManyAsync(string url, int count, int concurrency) => RunAsync(url, count, concurrency, (storage, i, token) =>
        ((IServerCopy)storage).CopyAsync(Key("source", i), Key("copy", i), token));

    private static string Key(string folder, int number) => string.Create(CultureInfo.InvariantCulture, $"{folder}/{number}");

    private static async Task RunAsync(string url, int count, int concurrency, Func<IBackupStorage, int, CancellationToken, Task> work)
    {
        await using var storage = Bucket.Open(url, concurrency);
        await Parallel.ForEachAsync(
            Enumerable.Range(0, count), new ParallelOptions { MaxDegreeOfParallelism = concurrency }, async (i, token) => await work(storage, i, token));
    }
}
