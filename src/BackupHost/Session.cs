using System.Management.Automation;
using System.Management.Automation.Runspaces;

namespace CloudBackup.Host;

/// <summary>One PowerShell session with the module loaded.</summary>
internal static class Session
{
    /// <summary>Runs what the command line asks for and returns the exit code.</summary>
    public static int Run(Options options)
    {
        // The engine reports to Microsoft unless it is told not to: a backup tool connects to nothing but its storage.
        Environment.SetEnvironmentVariable("POWERSHELL_TELEMETRY_OPTOUT", "1");
        var host = new ConsoleHost();
        using var runspace = RunspaceFactory.CreateRunspace(host, NewState());
        runspace.Open();
        using var shell = PowerShell.Create(runspace);
        var wasStopped = false;
        using var signals = new StopSignals(Stop);
        try
        {
            shell.AddCommand("Import-Module").AddParameter("Name", ModuleLocation.Find());
            shell.Invoke();
            shell.Commands.Clear();
            if (wasStopped)
            {
                return ExitCode.Stopped;
            }
            Describe(shell, options);
            shell.AddCommand("Out-Default");
            shell.Commands.Commands[0].MergeMyResults(PipelineResultTypes.Error, PipelineResultTypes.Output);
            shell.Invoke();
        }
        catch (PipelineStoppedException)
        {
            wasStopped = true;
        }
        catch (ModuleNotFoundException failure)
        {
            host.UI.WriteErrorLine(failure.Message);
        }
        catch (RuntimeException failure)
        {
            host.UI.WriteErrorLine(Describe(failure.ErrorRecord));
        }
        host.Screen.ClearProgress();
        if (host.ExitCode is { } code)
        {
            return code;
        }
        return wasStopped ? ExitCode.Stopped : host.Screen.HasErrors ? ExitCode.Failure : ExitCode.Success;

        void Stop()
        {
            wasStopped = true;
            shell.BeginStop(null, null);
        }
    }

    private static InitialSessionState NewState()
    {
        var state = InitialSessionState.CreateDefault2();
        if (OperatingSystem.IsWindows())
        {
            state.ExecutionPolicy = Microsoft.PowerShell.ExecutionPolicy.RemoteSigned;
        }
        return state;
    }

    private static void Describe(PowerShell shell, Options options)
    {
        if (options.Action == HostAction.RunCommand)
        {
            shell.AddScript(options.Text, useLocalScope: false);
            return;
        }
        shell.AddCommand(options.Text, useLocalScope: false);
        AddArguments(shell, options.Arguments);
    }

    /// <summary>Arguments as a shell gives them: <c>-Name value</c>, <c>-Switch</c>, <c>-Name:value</c>, or plain values.</summary>
    private static void AddArguments(PowerShell shell, IReadOnlyList<string> arguments)
    {
        for (var i = 0; i < arguments.Count; i++)
        {
            var argument = arguments[i];
            if (argument.Length < 2 || argument[0] != '-' || !char.IsLetter(argument[1]))
            {
                shell.AddArgument(argument);
                continue;
            }
            var name = argument[1..];
            if (name.IndexOf(':', StringComparison.Ordinal) is > 0 and var colon)
            {
                shell.AddParameter(name[..colon], ValueOf(name[(colon + 1)..]));
            }
            else if (i + 1 < arguments.Count && !IsParameter(arguments[i + 1]))
            {
                shell.AddParameter(name, arguments[++i]);
            }
            else
            {
                shell.AddParameter(name);
            }
        }
    }

    private static bool IsParameter(string argument) => argument.Length > 1 && argument[0] == '-' && char.IsLetter(argument[1]);

    private static object ValueOf(string text) => text switch
    {
        "$true" => true,
        "$false" => false,
        _ => text,
    };

    /// <summary>An error that ended everything: what failed, why, and where.</summary>
    private static string Describe(ErrorRecord error)
    {
        var message = error.ErrorDetails?.Message ?? error.Exception.Message;
        var command = error.InvocationInfo?.MyCommand?.Name;
        var position = error.InvocationInfo?.PositionMessage;
        var text = string.IsNullOrEmpty(command) ? message : $"{command}: {message}";
        return string.IsNullOrEmpty(position) ? text : $"{text}{Environment.NewLine}{position}";
    }
}
