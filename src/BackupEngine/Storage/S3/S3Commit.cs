using CloudBackup.Storage.Remote;

namespace CloudBackup.Storage.S3;

/// <summary>One write of an object.</summary>
/// <param name="Path">The object.</param>
/// <param name="Mode">How it treats one of the same path.</param>
/// <param name="Mark">
/// Tells an object that this very write made from one that was there: an answer can get lost after the store has done its work, and the next try then
/// finds the object.
/// </param>
internal sealed record S3Write(string Path, WriteMode Mode, string Mark)
{
    /// <summary>What the mark is called among an object's metadata.</summary>
    public const string MarkName = "cloudbackup-write";
}

/// <summary>The last request of a write, which makes the object visible.</summary>
internal sealed class S3Commit(S3Bucket bucket)
{
    /// <summary>Looks before, where the store would not refuse by itself, and where much would be sent for nothing.</summary>
    public async Task RefuseExistingAsync(S3Write write, bool isChecked, CancellationToken cancellationToken)
    {
        if (write.Mode == WriteMode.CreateNew && !isChecked && await bucket.HeadAsync(write.Path, cancellationToken).ConfigureAwait(false) is not null)
        {
            throw StorageException.Exists(write.Path);
        }
    }

    /// <summary>Sends the request. After a try whose outcome is unknown, an object that carries this write's mark is its success.</summary>
    public async Task RunAsync<T>(S3Write write, Func<SilenceClock, CancellationToken, Task<T>> request, CancellationToken cancellationToken)
    {
        try
        {
            await bucket.Gate.RunAsync(bucket.Gate.Uploads, write.Path, request, cancellationToken).ConfigureAwait(false);
        }
        catch (StorageException failure) when (failure.Kind is StorageErrorKind.AlreadyExists or StorageErrorKind.NotFound or StorageErrorKind.Unreadable)
        {
            if (!await IsDoneAsync(write, failure, cancellationToken).ConfigureAwait(false))
            {
                throw failure.Kind == StorageErrorKind.AlreadyExists && write.Mode == WriteMode.CreateNew ? StorageException.Exists(write.Path) : failure;
            }
        }
    }

    private async Task<bool> IsDoneAsync(S3Write write, StorageException failure, CancellationToken cancellationToken)
    {
        try
        {
            return await bucket.HeadAsync(write.Path, cancellationToken).ConfigureAwait(false) is { } found && found.Metadata[S3Write.MarkName] == write.Mark;
        }
        catch (StorageException) when (failure.Kind == StorageErrorKind.Unreadable)
        {
            return false; // what the write was answered tells more
        }
    }
}
