namespace CloudBackup.Storage.Remote;

/// <summary>A store that gives a stretch of an object in one request.</summary>
internal interface IRangeSource
{
    /// <summary>
    /// Sends the request for a range, without the bytes of it that are there already, and checks the answer: exactly that stretch, of the object with
    /// the range's tag where it has one. The range learns what the answer tells (<see cref="ObjectRange.Learn"/>).
    /// </summary>
    Task<RangeAnswer> GetAsync(ObjectRange range, long done, CancellationToken cancellationToken);

    /// <summary>The length of an object; null when it is not there.</summary>
    Task<long?> FindLengthAsync(string path, CancellationToken cancellationToken);
}

/// <summary>The answer to a request for a range.</summary>
/// <param name="answer">Is let go when all is read.</param>
/// <param name="body">The bytes.</param>
internal sealed class RangeAnswer(IDisposable answer, Stream body) : IAsyncDisposable
{
    /// <summary>The bytes.</summary>
    public Stream Body => body;

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await body.DisposeAsync().ConfigureAwait(false);
        answer.Dispose();
    }
}
