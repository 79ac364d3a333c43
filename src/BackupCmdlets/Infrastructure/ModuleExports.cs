using System.Management.Automation;
using System.Reflection;

namespace CloudBackup.Infrastructure;

/// <summary>What a module of the user's session exports, for the module's script.</summary>
public static class ModuleExports
{
    private static readonly MethodInfo AddExportedCmdlet =
        typeof(PSModuleInfo).GetMethod("AddExportedCmdlet", BindingFlags.Instance | BindingFlags.NonPublic)!;

    /// <summary>Makes the running module export the cmdlets of modules that it has imported.</summary>
    /// <param name="context">The running script's <c>$ExecutionContext</c>.</param>
    /// <param name="imported">The modules.</param>
    public static void Add(EngineIntrinsics context, PSModuleInfo[] imported)
    {
        ArgumentNullException.ThrowIfNull(context);
        ArgumentNullException.ThrowIfNull(imported);
        foreach (var cmdlet in imported.SelectMany(module => module.ExportedCmdlets.Values))
        {
            AddExportedCmdlet.Invoke(context.SessionState.Module, [cmdlet]);
        }
    }
}
