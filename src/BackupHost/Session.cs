using System.Collections;
using System.Management.Automation;
using System.Management.Automation.Runspaces;
using System.Runtime.InteropServices;

namespace CloudBackup.Host;

/// <summary>One PowerShell session with the module loaded.</summary>
internal static class Session
{
    /// <summary>Runs what the command line asks for and returns the exit code.</summary>
    public static int Run(Options options)
    {
        var host = new ConsoleHost();
        if (Console.IsOutputRedirected || Environment.GetEnvironmentVariable("NO_COLOR") is { Length: > 0 })
        {
            PSStyle.Instance.OutputRendering = OutputRendering.PlainText;
        }
        var state = InitialSessionState.CreateDefault2();
        if (OperatingSystem.IsWindows())
        {
            state.ExecutionPolicy = Microsoft.PowerShell.ExecutionPolicy.RemoteSigned;
        }
        using var runspace = RunspaceFactory.CreateRunspace(host, state);
        runspace.Open();
        using var shell = PowerShell.Create(runspace);
        var wasStopped = false;
        using var interrupt = OnSignal(PosixSignal.SIGINT, Stop);
        using var terminate = OnSignal(PosixSignal.SIGTERM, Stop);
        try
        {
            shell.AddCommand("Import-Module").AddParameter("Name", ModuleLocation.Find());
            shell.Invoke();
            shell.Commands.Clear();
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
            Show(runspace, host, failure.ErrorRecord);
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

    private static void Show(Runspace runspace, ConsoleHost host, ErrorRecord error)
    {
        host.Screen.HasErrors = true;
        using var shell = PowerShell.Create(runspace);
        shell.AddCommand("Out-Default");
        var record = new PSObject(error);
        // Tells the formatter to write to the error stream of the host.
        record.Properties.Add(new PSNoteProperty("writeErrorStream", true));
        shell.Invoke(new ArrayList { record });
    }

    private static PosixSignalRegistration OnSignal(PosixSignal signal, Action stop) => PosixSignalRegistration.Create(signal, context =>
    {
        context.Cancel = true;
        stop();
    });
}
