using System.Management.Automation;

namespace CloudBackup.Commands;

/// <summary>
/// A cmdlet that runs operations of the engine. Runs them on the thread pool and writes what they tell on the pipeline thread, turns
/// failures into error records, and stops when the user does.
/// </summary>
public abstract class OperationCommand : PSCmdlet, IDisposable
{
    /// <summary>The name of PowerShell's provider of files and folders.</summary>
    private protected const string FileSystemProvider = "FileSystem";

    private readonly CancellationTokenSource _stop = new();
    private string? _doubt;

    /// <inheritdoc/>
    public void Dispose()
    {
        Dispose(disposing: true);
        GC.SuppressFinalize(this);
    }

    /// <summary>Whether the cmdlet is only to say what it would do.</summary>
    protected bool IsWhatIf => MyInvocation.BoundParameters.TryGetValue("WhatIf", out var bound)
        ? LanguagePrimitives.IsTrue(bound)
        : LanguagePrimitives.IsTrue(GetVariableValue("WhatIfPreference"));

    /// <summary>Whether the user sees what the cmdlet is going to do before it does it: with -WhatIf or -Confirm.</summary>
    protected bool IsShown => IsWhatIf
        || (MyInvocation.BoundParameters.TryGetValue("Confirm", out var bound) && LanguagePrimitives.IsTrue(bound));

    /// <summary>Whether the user wants to be asked before everything that changes something, not only before data is destroyed.</summary>
    protected bool IsAskedByPreference => !IsGiven("Confirm")
        && LanguagePrimitives.TryConvertTo<ConfirmImpact>(GetVariableValue("ConfirmPreference"), out var preference)
        && preference is ConfirmImpact.Low or ConfirmImpact.Medium;

    /// <summary>Does the cmdlet's work for one input object; failures that users can act on become error records.</summary>
    protected sealed override void ProcessRecord() => WriteFailureOf(Process);

    /// <summary>The cmdlet's work for one input object.</summary>
    protected abstract void Process();

    /// <inheritdoc/>
    protected override void EndProcessing() => WriteFailureOf(Finish);

    /// <summary>The cmdlet's work after the last input object.</summary>
    protected virtual void Finish()
    {
    }

    /// <inheritdoc/>
    protected override void StopProcessing() => _stop.Cancel();

    /// <summary>Does something for each item; one item's failure is written and does not stop the others.</summary>
    protected void ForEachItem<T>(IEnumerable<T> items, Action<T> action)
    {
        ArgumentNullException.ThrowIfNull(items);
        ArgumentNullException.ThrowIfNull(action);
        foreach (var item in items)
        {
            WriteFailureOf(() => action(item));
        }
    }

    /// <summary>
    /// Warns of a backup that is not trusted, before the question whether to use it. The operation that uses it says the same, which is not
    /// written again.
    /// </summary>
    private protected void WriteDoubt(string? doubt)
    {
        _doubt = doubt;
        if (doubt is not null)
        {
            WriteWarning(doubt);
        }
    }

    /// <summary>Runs an operation of the engine to its end, whatever happens to the pipeline meanwhile.</summary>
    protected T Run<T>(Func<IOperationObserver, CancellationToken, Task<T>> operation)
    {
        using var pump = new PipelinePump(this, _doubt);
        return pump.Run(operation, _stop);
    }

    /// <summary>Runs an operation that returns nothing.</summary>
    protected void Run(Func<IOperationObserver, CancellationToken, Task> operation) => Run(async (observer, token) =>
    {
        await operation(observer, token).ConfigureAwait(false);
        return true;
    });

    /// <summary>Runs an operation whose output is written as it comes.</summary>
    protected void RunEach<T>(Func<Action<T>, IOperationObserver, CancellationToken, Task> operation)
        where T : class => RunEach(operation, WriteObject);

    /// <summary>Runs an operation that makes files, and writes each of them as it is made.</summary>
    protected void RunEachFile(Func<Action<FileInfo>, IOperationObserver, CancellationToken, Task> operation) => RunEach(operation, WriteItem);

    /// <summary>Runs an operation whose output goes through a function on the pipeline thread.</summary>
    protected void RunEach<T>(Func<Action<T>, IOperationObserver, CancellationToken, Task> operation, Action<T> write)
        where T : class
    {
        using var pump = new PipelinePump(this, _doubt);
        pump.Run(
            async (observer, token) =>
            {
                await operation(item => pump.Enqueue(() => write(item)), observer, token).ConfigureAwait(false);
                return true;
            },
            _stop);
    }

    /// <summary>
    /// Writes a file or folder as PowerShell's file system provider does, with PSPath and the like: it then binds to -LiteralPath of other
    /// cmdlets and shows as the output of Get-Item does.
    /// </summary>
    protected void WriteItem(FileSystemInfo item)
    {
        ArgumentNullException.ThrowIfNull(item);
        try
        {
            // Named with its provider: the current location can be on a drive of another one.
            var path = SessionState.Path.CurrentLocation.Provider.Name == FileSystemProvider ? item.FullName : $"{FileSystemProvider}::{item.FullName}";
            WriteObject(InvokeProvider.Item.Get([path], force: true, literalPath: true), enumerateCollection: true);
        }
        catch (ItemNotFoundException)
        {
            WriteObject(item); // The provider does not find a name that is not valid UTF-8.
        }
    }

    /// <summary>Writes the one error record of a failure.</summary>
    protected void WriteFailure(BackupException failure) => WriteError(ErrorRecords.From(failure));

    /// <summary>
    /// Asks whether to do something. What destroys data asks by default; what does not asks only when the user wants to be asked.
    /// </summary>
    /// <param name="target">The thing.</param>
    /// <param name="action">What is done to it.</param>
    /// <param name="destroys">Whether it is asked about by default.</param>
    protected bool IsConfirmed(string target, string action, bool destroys)
    {
        var isAsked = MyInvocation.BoundParameters.ContainsKey("Confirm");
        return (!destroys && !isAsked && !IsWhatIf) || ShouldProcess(target, action);
    }

    /// <summary>Whether the user gave a parameter.</summary>
    protected bool IsGiven(string parameter) => MyInvocation.BoundParameters.ContainsKey(parameter);

    /// <summary>A path of the session as a path of the file system; null stays null.</summary>
    /// <exception cref="BackupException">The path is on a drive of another provider.</exception>
    protected string? ResolvePath(string? path)
    {
        if (path is null)
        {
            return null;
        }
        try
        {
            var resolved = SessionState.Path.GetUnresolvedProviderPathFromPSPath(path, out var provider, out _);
            return provider.Name == FileSystemProvider ? resolved : throw BackupErrors.PathNotOnFileSystem(path, provider.Name);
        }
        catch (System.Management.Automation.DriveNotFoundException) when (path.StartsWith('/'))
        {
            // While many file systems come and go PowerShell can lose the drive that all such paths are on.
            return Path.GetFullPath(path);
        }
    }

    /// <summary>Releases what the cmdlet holds.</summary>
    protected virtual void Dispose(bool disposing)
    {
        if (disposing)
        {
            _stop.Dispose();
        }
    }

    private void WriteFailureOf(Action work)
    {
        try
        {
            work();
        }
        catch (BackupException failure)
        {
            WriteFailure(failure);
        }
        catch (Exception failure) when (BackupEngine.Explain(failure) is { } explained)
        {
            WriteFailure(explained);
        }
    }
}
