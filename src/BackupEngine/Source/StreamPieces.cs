using CloudBackup.FileTree;

namespace CloudBackup.Source;

/// <summary>
/// Cuts a <see cref="StreamItem"/> into pieces of a known length, for a format that writes lengths first. Each piece is spooled to a file; the next
/// one is filled while the present one is used, so two files of a piece's length are all that the item takes, however long it is.
/// </summary>
/// <param name="item">The item.</param>
/// <param name="spoolPath">A folder of the run.</param>
internal sealed class StreamPieces(StreamItem item, string spoolPath) : IDisposable
{
    private const int BufferLength = 256 * 1024;

    private readonly DirectoryNode _folder = LocalFileSystem.Open(spoolPath);
    private readonly StreamReading _reading = new(item);
    private readonly byte[] _buffer = new byte[BufferLength];
    private ReadOnlyMemory<byte> _rest;

    /// <summary>
    /// The pieces in their order, at least one, and none empty but that of an empty item. Each can be read until the next one is asked for.
    /// Blocks while the producer is slow. Enumerated once.
    /// </summary>
    /// <exception cref="StreamBrokenException">The producer has failed: the pieces before are not the whole item.</exception>
    /// <exception cref="BackupException">A piece cannot be spooled.</exception>
    public IEnumerable<SourceItem> Read(CancellationToken cancellationToken)
    {
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var filling = FillAsync(0, stop.Token);
        try
        {
            for (var number = 0; ; number++)
            {
                var (length, isLast) = filling.GetAwaiter().GetResult();
                filling = isLast ? filling : FillAsync(number + 1, stop.Token);
                yield return new SpoolItem(
                    PieceNames.Of(item.Path, number), _folder, NameOf(number), item.Facts with { Size = length, Allocated = length }, item.Attributes);
                if (isLast)
                {
                    yield break;
                }
            }
        }
        finally
        {
            stop.Cancel();
            _ = Task.WaitAny([filling], CancellationToken.None); // whoever ends the enumeration disposes what it works with
            _ = filling.Exception;
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _reading.Dispose();
        Remove(0);
        Remove(1);
        _folder.Dispose();
    }

    private static string NameOf(int number) => $"piece-{number % 2}";

    private Task<(long Length, bool IsLast)> FillAsync(int number, CancellationToken cancellationToken) => Task.Run(
        async () =>
        {
            Remove(number);
            using var file = Spool(() => _folder.CreateFile(NameOf(number)));
            long length = 0;
            while (length < item.PieceLength && await HasMoreAsync(cancellationToken).ConfigureAwait(false))
            {
                var part = _rest[..(int)Math.Min(_rest.Length, item.PieceLength - length)];
                Spool(() =>
                {
                    file.Write(part.Span, length);
                    return part.Length;
                });
                _rest = _rest[part.Length..];
                length += part.Length;
            }
            return (length, !await HasMoreAsync(cancellationToken).ConfigureAwait(false));
        },
        CancellationToken.None);

    /// <summary>Whether there is a byte that no piece has yet.</summary>
    private async ValueTask<bool> HasMoreAsync(CancellationToken cancellationToken)
    {
        if (_rest.IsEmpty)
        {
            _rest = _buffer.AsMemory(0, await _reading.ReadAsync(_buffer, cancellationToken).ConfigureAwait(false));
        }
        return !_rest.IsEmpty;
    }

    private void Remove(int number)
    {
        try
        {
            _folder.RemoveFile(NameOf(number));
        }
        catch (FileTreeException failure) when (failure.Kind == FileTreeErrorKind.NotFound)
        {
            // The first pieces find none, and short items have no second one.
        }
    }

    /// <summary>A spool that is full or broken is no failure of the producer, and leaves nothing out.</summary>
    private T Spool<T>(Func<T> act)
    {
        try
        {
            return act();
        }
        catch (FileTreeException failure)
        {
            throw BackupErrors.FileNotWritten(spoolPath, failure, isFull: failure.Kind == FileTreeErrorKind.OutOfSpace);
        }
    }
}
