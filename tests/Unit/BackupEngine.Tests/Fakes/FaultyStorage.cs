using System.Runtime.CompilerServices;
using CloudBackup.Storage;
using CloudBackup.Storage.Decorators;

namespace CloudBackup.Tests.Fakes;

/// <summary>A storage whose calls fail when a test says so.</summary>
/// <param name="inner">The storage.</param>
internal sealed class FaultyStorage(IBackupStorage inner) : StorageDecorator(inner)
{
    private int _calls;

    /// <summary>Asked before each call, with its number from 1, its name and its path; what it throws is the call's failure.</summary>
    public Action<int, string, string>? Before { get; set; }

    /// <summary>Asked after each call that changed something; what it throws hides a success.</summary>
    public Action<string, string>? After { get; set; }

    /// <summary>Asked while content is read, with the path and the bytes so far.</summary>
    public Action<string, long>? WhileReading { get; set; }

    /// <summary>Whether it counts as one that tries again by itself.</summary>
    public bool PacesItself { get; init; }

    public override StorageCapabilities Capabilities => Inner.Capabilities with { PacesItself = PacesItself };

    public int Calls => _calls;

    /// <summary>Fails a call that is meant to.</summary>
    public static void FailIf(bool isDue)
    {
        if (isDue)
        {
            throw Error(StorageErrorKind.Other, "x");
        }
    }

    public static StorageException Error(StorageErrorKind kind, string path = "") => new(kind, path, $"Injected: {kind}.");

    public override async IAsyncEnumerable<StoredObject> ListAsync(
        string folder, bool recursive, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        Count("list", folder);
        await foreach (var item in Inner.ListAsync(folder, recursive, cancellationToken))
        {
            yield return item;
        }
    }

    public override Task<StoredObject?> FindAsync(string path, CancellationToken cancellationToken)
    {
        Count("find", path);
        return Inner.FindAsync(path, cancellationToken);
    }

    public override async Task<Stream> OpenReadAsync(string path, long offset, long? length, CancellationToken cancellationToken)
    {
        Count("read", path);
        var stream = await Inner.OpenReadAsync(path, offset, length, cancellationToken);
        return WhileReading is { } watch ? new WatchedStream(stream, count => watch(path, count)) : stream;
    }

    public override async Task<long> WriteAsync(string path, ObjectContent content, WriteMode mode, CancellationToken cancellationToken)
    {
        Count("write", path);
        var size = await Inner.WriteAsync(path, content, mode, cancellationToken);
        After?.Invoke("write", path);
        return size;
    }

    public override async Task RemoveAsync(string path, CancellationToken cancellationToken)
    {
        Count("remove", path);
        await Inner.RemoveAsync(path, cancellationToken);
        After?.Invoke("remove", path);
    }

    public override async Task CopyAsync(string from, string to, CancellationToken cancellationToken)
    {
        Count("copy", to);
        await base.CopyAsync(from, to, cancellationToken);
        After?.Invoke("copy", to);
    }

    public override async Task TryLinkAsync(string path, string link, CancellationToken cancellationToken)
    {
        Count("link", link);
        await base.TryLinkAsync(path, link, cancellationToken);
        After?.Invoke("link", link);
    }

    public override async Task<IReadOnlyList<string>> CopyFolderAsync(
        string from, string to, IReadOnlyList<string> names, CancellationToken cancellationToken)
    {
        Count("copyfolder", to);
        var missing = await base.CopyFolderAsync(from, to, names, cancellationToken);
        After?.Invoke("copyfolder", to);
        return missing;
    }

    public override async Task FlushAsync(CancellationToken cancellationToken)
    {
        Count("flush", "");
        await base.FlushAsync(cancellationToken);
        After?.Invoke("flush", "");
    }

    /// <summary>Asks <see cref="Before"/> for each object; what it throws is that object's failure, and the others are removed.</summary>
    public override async Task<IReadOnlyList<RemoveFailure>> RemoveAllAsync(IReadOnlyCollection<string> paths, CancellationToken cancellationToken)
    {
        var failures = new List<RemoveFailure>();
        var rest = new List<string>();
        foreach (var path in paths)
        {
            try
            {
                Count("remove", path);
                rest.Add(path);
            }
            catch (StorageException failure)
            {
                failures.Add(new RemoveFailure(path, failure));
            }
        }
        failures.AddRange(await base.RemoveAllAsync(rest, cancellationToken));
        rest.ForEach(path => After?.Invoke("remove", path));
        return failures;
    }

    private void Count(string call, string path) => Before?.Invoke(Interlocked.Increment(ref _calls), call, path);

    private sealed class WatchedStream(Stream inner, Action<long> watch) : Stream
    {
        private long _read;

        public override bool CanRead => true;

        public override bool CanSeek => false;

        public override bool CanWrite => false;

        public override long Length => throw new NotSupportedException();

        public override long Position { get => throw new NotSupportedException(); set => throw new NotSupportedException(); }

        public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
        {
            watch(_read);
            var count = await inner.ReadAsync(buffer[..Math.Min(buffer.Length, 64 * 1024)], cancellationToken);
            _read += count;
            return count;
        }

        public override int Read(byte[] buffer, int offset, int count) => ReadAsync(buffer.AsMemory(offset, count)).AsTask().GetAwaiter().GetResult();

        public override void Flush()
        {
        }

        public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

        public override void SetLength(long value) => throw new NotSupportedException();

        public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

        protected override void Dispose(bool disposing)
        {
            if (disposing)
            {
                inner.Dispose();
            }
            base.Dispose(disposing);
        }
    }
}
