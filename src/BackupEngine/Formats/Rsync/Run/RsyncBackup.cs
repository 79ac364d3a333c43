using CloudBackup.Formats.Lines;
using CloudBackup.Formats.Rsync.Snapshot;
using CloudBackup.Infrastructure;
using CloudBackup.Layout;
using CloudBackup.Storage;

namespace CloudBackup.Formats.Rsync.Run;

/// <summary>
/// One backup: compare the source with the snapshot, bring the snapshot up to date, rotate it to the backup's folder, look whether all is
/// there. Where a storage cannot copy by itself there is no snapshot, and everything is uploaded to the backup's folder.
/// </summary>
internal sealed class RsyncBackup
{
    private readonly FormatWriteRequest _run;
    private readonly PlanOrigins _origins;
    private readonly SnapshotFiles? _files;
    private readonly SnapshotTarget _target;
    private readonly LineStamp _form;

    private RsyncBackup(FormatWriteRequest run, PlanOrigins origins)
    {
        _run = run;
        _origins = origins;
        var place = run.Storage.CopiesByItself() ? run.Snapshot : null;
        _files = place is null ? null : new SnapshotFiles(place, run.Paths.IsEncrypted);
        _target = new SnapshotTarget(run.Storage, _files?.Root ?? run.Paths.RemotePath, run.Sealer, run.Opener);
        _form = new LineStamp("", run.Sealer?.KeyId ?? "", run.Sealer?.Names is not null);
    }

    /// <summary>Makes the backup's content and index.</summary>
    public static async Task<FormatResult> RunAsync(FormatWriteRequest run, CancellationToken cancellationToken)
    {
        using var origins = new PlanOrigins();
        var write = new RsyncBackup(run, origins);
        var items = ReadAhead.Of(origins.Read(run.Items));
        using var first = write.NewAttempt("first");
        try
        {
            using var memory = write._files is null ? null : new SnapshotSurvey(write._target, write._files, write._form, first.Run);
            var known = memory is null ? KnownSnapshot.Nothing : await memory.ReadAsync(cancellationToken).ConfigureAwait(false);
            return await first.RunAsync(items, known, cancellationToken).ConfigureAwait(false);
        }
        catch (SnapshotDamagedException damage) when (write._files is not null)
        {
            run.Observer.OnWarning($"{damage.Message} It is compared with what is stored, and put right.");
        }
        return await write.RepeatAsync(first, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Objects of the snapshot were missing or wrong: what the listing shows counts now, and the backup is made again.</summary>
    private async Task<FormatResult> RepeatAsync(RsyncAttempt first, CancellationToken cancellationToken)
    {
        var objects = _run.Storage.ListAsync(_run.Paths.RemotePath, recursive: true, cancellationToken).Select(item => item.Path);
        await ObjectRemoval.RemoveEveryAsync(_run.Storage, objects, cancellationToken).ConfigureAwait(false);
        _run.Counters.Reset();
        first.ForgetIssues();
        using var second = NewAttempt("second");
        using var memory = new SnapshotSurvey(_target, _files!, _form, second.Run);
        var known = await memory.RecoverAsync(first.ReadKnown(), cancellationToken).ConfigureAwait(false);
        try
        {
            return await second.RunAsync(first.ReadItems(), known with { StateToken = first.StateToken }, cancellationToken).ConfigureAwait(false);
        }
        catch (SnapshotDamagedException damage)
        {
            throw new StorageException(StorageErrorKind.Corrupt, _target.Root, $"{damage.Message} It was put right, and is wrong again.");
        }
    }

    private RsyncAttempt NewAttempt(string name)
    {
        var folder = Directory.CreateDirectory(Path.Join(_run.SpoolFolder, $"sync-{name}")).FullName;
        return new RsyncAttempt(_run with { SpoolFolder = folder }, _origins, _files, _target, _form);
    }
}
